import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { parseDecimalText, type TypedNumber } from './decimal-text.ts';
import { Field } from './field.tsx';

interface NumberFieldProps {
  label: string;
  help?: string | undefined;
  error?: string | undefined;
  /** A plain decimal, or what was typed if it is none. */
  value: string;
  onInput: (value: string) => void;
  isOptional?: boolean;
  placeholder?: string;
  parse?: (text: string) => TypedNumber;
  /** Without a fraction. */
  isWhole?: boolean;
}

/** A number, typed with a point or a comma. What is not clear keeps its form from being sent. */
export function NumberField(props: NumberFieldProps) {
  const { label, help, error, value, onInput, isOptional = false, placeholder, isWhole = false } = props;
  const parse = props.parse ?? parseDecimalText;
  const input = useRef<HTMLInputElement>(null);
  const [draft, setDraft] = useState('');
  const [isLeft, setLeft] = useState(false);
  const text = toValue(parse, draft) === value ? draft : value;
  const problem = findProblem(parse, text);
  useLayoutEffect(() => input.current?.setCustomValidity(problem ?? ''), [problem]);
  const shown = error ?? (isLeft ? problem : undefined);
  return (
    <Field label={label} help={help} error={shown}>
      <input
        ref={input}
        type="text"
        autocomplete="off"
        spellcheck={false}
        inputMode={isWhole ? 'numeric' : 'decimal'}
        required={!isOptional}
        placeholder={placeholder}
        aria-invalid={shown === undefined ? undefined : 'true'}
        value={text}
        onInput={({ currentTarget }) => {
          setLeft(false);
          setDraft(currentTarget.value);
          onInput(toValue(parse, currentTarget.value));
        }}
        onBlur={() => {
          setLeft(true);
          // Shows how it was understood.
          setDraft(value);
        }}
        onInvalid={() => setLeft(true)}
      />
    </Field>
  );
}

function toValue(parse: (text: string) => TypedNumber, text: string): string {
  const typed = parse(text);
  return 'value' in typed ? typed.value : text;
}

function findProblem(parse: (text: string) => TypedNumber, text: string): string | undefined {
  if (text.trim() === '') return undefined;
  const typed = parse(text);
  return 'problem' in typed ? typed.problem : undefined;
}
