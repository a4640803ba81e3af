import type { BrowserContext } from 'playwright-core';

/** One notification of the editor, as a person sees it. */
export interface Notification {
  readonly id: number;
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly buttons: readonly string[];
  /** Whether it is on the screen now. They go by themselves after some seconds. */
  readonly visible: boolean;
}

/**
 * Remembers every notification that a window shows, also one that is gone before anybody looks.
 *
 * A notification that changes its message, as those about progress do, counts as a new one.
 */
export class NotificationLog {
  readonly #seen = new Map<number, Notification>();
  readonly #awaited = new Set<number>();

  /** Watches every page of the context that turns out to be an editor. Call it before a page is opened. */
  async watch(context: BrowserContext): Promise<void> {
    await context.exposeFunction('notificationChanged', (notification: Notification) => {
      this.#seen.set(notification.id, notification);
    });
    await context.addInitScript(reportNotifications);
  }

  /** All that were shown since the window was opened, oldest first. */
  all(): readonly Notification[] {
    return [...this.#seen.values()];
  }

  /** The first that matches and that no call returned before. */
  takeMatching(pattern: RegExp): Notification | undefined {
    const found = this.all().find(({ id, message }) => !this.#awaited.has(id) && pattern.test(message));
    if (found !== undefined) {
      this.#awaited.add(found.id);
    }
    return found;
  }
}

/** Runs inside the page. */
function reportNotifications(): void {
  const report = (globalThis as unknown as { notificationChanged(notification: unknown): void }).notificationChanged;
  const shown = new Map<Element, { id: number; message: string; json: string }>();
  const describe = (element: Element) => {
    const message = element.querySelector('.notification-list-item-message')?.textContent?.trim() ?? '';
    const icon = element.querySelector('.notification-list-item-icon')?.className ?? '';
    const severity = /codicon-error/.test(icon) ? 'error' : /codicon-warning/.test(icon) ? 'warning' : 'info';
    const buttons = [...element.querySelectorAll('.notification-list-item-buttons-container .monaco-button')]
      .map((button) => button.textContent?.trim() ?? '')
      .filter((text) => text !== '');
    return { severity, message, buttons };
  };
  const look = () => {
    const elements = new Set(document.querySelectorAll('.notifications-toasts .notification-list-item'));
    for (const element of elements) {
      const description = describe(element);
      const known = shown.get(element);
      const json = JSON.stringify(description);
      if (description.message === '' || known?.json === json) {
        continue;
      }
      const id = known?.message === description.message ? known.id : Date.now() + Math.random();
      if (known !== undefined && known.id !== id) {
        report({ id: known.id, ...JSON.parse(known.json), visible: false });
      }
      shown.set(element, { id, message: description.message, json });
      report({ id, ...description, visible: true });
    }
    for (const [element, { id, json }] of shown) {
      if (!elements.has(element)) {
        shown.delete(element);
        report({ id, ...JSON.parse(json), visible: false });
      }
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
}
