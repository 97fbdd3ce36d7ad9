import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';

/** Replaces an empty list, and says what to do. */
export function EmptyState({
  icon,
  title,
  children,
}: {
  icon: IconName;
  title: string;
  children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}
