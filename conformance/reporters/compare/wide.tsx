// A table that may be wider than the screen: it scrolls by itself, also by keyboard.
import type { ComponentChildren, VNode } from 'preact';

export function Wide({ labelledBy, children }: { labelledBy: string; children: ComponentChildren }): VNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <section class="x" aria-labelledby={labelledBy} tabIndex={0}>
      {children}
    </section>
  );
}
