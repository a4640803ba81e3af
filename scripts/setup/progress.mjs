/**
 * Elapsed time as people read it: `0.4 s`, `12 s`, `2 min 05 s`.
 * @param {number} milliseconds
 */
export function formatDuration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 10) {
    return `${seconds.toFixed(1)} s`;
  }
  const rounded = Math.round(seconds);
  return rounded < 60 ? `${rounded} s` : `${Math.floor(rounded / 60)} min ${String(rounded % 60).padStart(2, '0')} s`;
}

/**
 * Runs one step of the set-up and says so: a line when it starts, one every 20 seconds while it lasts, one when it ends.
 * @template T
 * @param {string} title what is being done, as in "Installing the editor"
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function showProgress(title, work) {
  const start = Date.now();
  console.log(`${title} …`);
  const stillWorking = setInterval(
    () => console.log(`${title} … ${formatDuration(Date.now() - start)} so far`),
    20_000,
  );
  try {
    const result = await work();
    console.log(`${title}: done in ${formatDuration(Date.now() - start)}`);
    return result;
  } finally {
    clearInterval(stillWorking);
  }
}
