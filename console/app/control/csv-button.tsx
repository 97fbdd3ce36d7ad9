import { ErrorText } from './field.tsx';
import { Icon } from './icon.tsx';
import { useTask } from './use-task.ts';

/** Spreadsheets need it to read a file as UTF-8. */
const byteOrderMark = '\uFEFF';

/** Saves a table as a file. @param name of the file, without its date. */
export function CsvButton({
  name,
  disabled,
  toCsv,
}: {
  name: string;
  disabled: boolean;
  toCsv: () => Promise<string> | string;
}) {
  const { busy, error, run } = useTask();
  const save = () =>
    run(async () => {
      const csv = await toCsv();
      saveFile(`${name}-${new Date().toISOString().slice(0, 10)}.csv`, `${byteOrderMark}${csv}`);
    });
  return (
    <>
      <button type="button" disabled={disabled || busy} onClick={save}>
        <Icon name="down" /> {busy ? 'Reading…' : 'Export CSV'}
      </button>
      <ErrorText>{error}</ErrorText>
    </>
  );
}

function saveFile(name: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
