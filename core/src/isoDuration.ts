const SECONDS_PER_UNIT = { W: 604_800, D: 86_400, H: 3600, M: 60, S: 1 } as const;

const ISO_DURATION = /^P(?=[\dT])(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d+)?)S)?)?$/i;

/**
 * Seconds of an ISO-8601 duration of weeks, days, hours, minutes and seconds: `PT1H`, `P7D`, `P1DT12H`, `PT0.5S`. Years and
 * months have no fixed length and are not read. Undefined for anything else.
 */
export function parseIsoDuration(text: string): number | undefined {
  const match = ISO_DURATION.exec(text.trim());
  if (!match) return undefined;
  const [, weeks, days, hours, minutes, seconds] = match;
  const number = (part: string | undefined) => (part === undefined ? 0 : Number(part.replace(',', '.')));
  return (
    number(weeks) * SECONDS_PER_UNIT.W +
    number(days) * SECONDS_PER_UNIT.D +
    number(hours) * SECONDS_PER_UNIT.H +
    number(minutes) * SECONDS_PER_UNIT.M +
    number(seconds) * SECONDS_PER_UNIT.S
  );
}
