/** Entra's answers are a few kilobytes; tokens with many groups reach some tens. */
const largestAnswer = 1_048_576;

/**
 * Reads the body of an answer as a JSON object.
 *
 * @returns `undefined` for what Entra never sends: an HTML page, an empty or cut body, or an oversized one.
 */
export async function readJsonAnswer(response: Response): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = await readLimited(response);
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

async function readLimited(response: Response): Promise<string | undefined> {
  if (response.body === null) {
    return undefined;
  }
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.byteLength;
    if (size > largestAnswer) {
      await reader.cancel();
      return undefined;
    }
    chunks.push(part.value);
  }
  return Buffer.concat(chunks).toString('utf8');
}
