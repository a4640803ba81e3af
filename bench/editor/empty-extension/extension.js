/** Activated, it does nothing. */
export function activate() {
  // Nothing: what remains is the editor's own work.
}
