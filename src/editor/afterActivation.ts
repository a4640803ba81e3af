import type { Disposable } from '../tokens/ports.ts';

/**
 * Does what nobody waits for, in the next turn of the event loop: the editor has heard by then that the activation is over. The
 * first look at a setting alone takes longer than all that activation does besides.
 */
export function afterActivation(task: () => void): Disposable {
  const turn = setTimeout(task, 0);
  return { dispose: () => clearTimeout(turn) };
}
