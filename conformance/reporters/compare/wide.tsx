// A table that may be wider than the screen: it scrolls by itself, also by keyboard.
import type { ComponentChildren, VNode } from 'preact';

export function Wide({ labelledBy, children }: { labelledBy: string; children: ComponentChildren }): VNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    // biome-ignore lint/a11y/useSemanticElements: a section of this name stands around it, and a fieldset holds controls
    <div class="x" role="group" aria-labelledby={labelledBy} tabIndex={0}>
      {children}
    </div>
  );
}
