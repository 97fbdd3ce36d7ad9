import { useState } from 'preact/hooks';
import { encodeQR } from 'qr';

/** The light margin that scanners need, in cells. */
const quietZone = 4;

/** A QR code, drawn only when it is opened: a URL is as secret on a screen as in a text. */
export function QrCode({ text, name }: { text: string; name: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="qr" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>QR code</summary>
      {isOpen ? <Code text={text} name={name} /> : null}
    </details>
  );
}

function Code({ text, name }: { text: string; name: string }) {
  const rows = encodeQR(text, 'raw', { border: quietZone });
  const cells = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return (
    <svg
      viewBox={`0 0 ${rows.length} ${rows.length}`}
      role="img"
      aria-label={`QR code of the ${name}`}
      shape-rendering="crispEdges"
    >
      {/* Scanners need dark on light, also in dark mode. */}
      <rect width="100%" height="100%" fill="#fff" />
      <path d={cells.join('')} fill="#000" />
    </svg>
  );
}
