import { InternedText } from './internedText.js';

/** The strings of requests that were decoded a short while ago: one memory for all of this process's requests. */
export const decodedText = new InternedText();
