/** A check box with help below. */
export function Check({
  isChecked,
  help,
  onChange,
  children,
}: {
  isChecked: boolean;
  help?: string;
  onChange: (isChecked: boolean) => void;
  children: string;
}) {
  return (
    <label class="check">
      <input type="checkbox" checked={isChecked} onChange={() => onChange(!isChecked)} />
      <span>
        {children}
        {help === undefined ? null : <span class="help sub">{help}</span>}
      </span>
    </label>
  );
}
