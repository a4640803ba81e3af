import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { BrowserContext, Page } from 'playwright-core';

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}

/** What axe finds wrong inside the elements of a selector: the rule, and how the element begins. */
export async function violations(page: Page, selector: string): Promise<readonly string[]> {
  await page.evaluate(axeSource);
  const result = await page.evaluate(
    (inside) => (globalThis as unknown as { axe: { run(at: string): Promise<AxeResult> } }).axe.run(inside),
    selector,
  );
  return result.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}

/**
 * What axe finds wrong in what a frame of the editor shows, on a page of its own: in such a frame no script may run, and what is
 * around it is the editor's.
 */
export async function violationsIn(context: BrowserContext, html: string): Promise<readonly string[]> {
  const page = await context.newPage();
  try {
    await page.setContent(`<!doctype html><html lang="en"><title>Shown</title><main>${html}</main></html>`);
    return await violations(page, 'main');
  } finally {
    await page.close();
  }
}
