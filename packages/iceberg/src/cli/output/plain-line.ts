/** What a terminal would not show but obey: a text of somebody else's must not move the cursor. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

/** A text on one line, with control characters spelled out. */
export function plainLine(text: string): string {
  return text.replace(CONTROL, (mark) => {
    const spelled = JSON.stringify(mark).slice(1, -1);
    return spelled === mark ? `\\u00${mark.charCodeAt(0).toString(16)}` : spelled;
  });
}
