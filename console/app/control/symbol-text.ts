/** Only Latin letters become capitals: a symbol of another script is kept as the exchange writes it. */
export function toSymbol(text: string): string {
  return text.trim().replace(/[a-z]/g, (letter) => letter.toUpperCase());
}
