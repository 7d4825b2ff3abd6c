const MAX_LABEL_LENGTH = 78;

/** A sentence as an entry of a quick pick, whose lines do not wrap: what does not fit goes to the line below. */
export function sentencePick(icon: string, sentence: string): { label: string; detail?: string } {
  if (sentence.length <= MAX_LABEL_LENGTH) return { label: `$(${icon}) ${sentence}` };
  const space = sentence.lastIndexOf(' ', MAX_LABEL_LENGTH);
  const end = space > 0 ? space : MAX_LABEL_LENGTH;
  return { label: `$(${icon}) ${sentence.slice(0, end)}`, detail: sentence.slice(end).trim() };
}
