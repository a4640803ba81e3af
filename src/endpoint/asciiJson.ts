/** JSON in ASCII: what is not, is escaped. So a body has as many bytes as characters, and no client can read it wrongly. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
