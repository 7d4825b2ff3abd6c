/** Folders and files of tests, in the ways of the languages that are read. */
const FOLDERS = /(?:^|\/)(?:tests?|__tests__|__mocks__|__fixtures__|specs?|e2e|cypress|fixtures|mocks)\//i;
const FILES = /(?:[._-](?:test|spec|bench)\.[^./]+|(?:^|\/)test_[^/]*\.py|(?:Tests?|Spec)\.(?:java|cs|php)|_spec\.rb)$/;

/** Whether a file is of tests, as far as its path tells: production is not expected to say anything of it. */
export function isTestCode(path: string): boolean {
  return FOLDERS.test(path) || FILES.test(path);
}
