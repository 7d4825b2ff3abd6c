/**
 * What SARIF 2.1.0 (OASIS, 27 March 2020) asks of the objects that are written, section by section. Stricter than the standard: a property
 * that the standard has and that is not listed here is refused, so that what is new is looked up first.
 */
const text = { type: 'string', minLength: 1 } as const;
const object = (properties: Record<string, unknown>, required: readonly string[] = []) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
/** 3.8: any names and values. */
const propertyBag = { type: 'object' };
/** 3.11 and 3.12: a placeholder or a link is no part of plain text. */
const message = object({ text: { ...text, pattern: '^(?:[^\\[\\]{}\\\\]|\\\\[\\[\\]\\\\]|\\{\\{|\\}\\})*$' } }, [
  'text',
]);
const multiformatMessage = object({ text }, ['text']);
/** 3.4: a relative reference (RFC 3986) that stays within its base. */
const artifactLocation = object(
  {
    uri: {
      type: 'string',
      format: 'uri-reference',
      pattern: '^(?![a-zA-Z][a-zA-Z0-9+.-]*:)(?!/)(?!.*(?:^|/)\\.\\.(?:/|$))[^\\s\\\\]+$',
    },
    uriBaseId: { const: 'SRCROOT' },
  },
  ['uri'],
);
/** 3.30: lines begin with 1. */
const region = object({ startLine: { type: 'integer', minimum: 1 } }, ['startLine']);
const location = object({ physicalLocation: object({ artifactLocation, region }, ['artifactLocation']) }, [
  'physicalLocation',
]);
const result = object(
  {
    ruleId: text,
    ruleIndex: { type: 'integer', minimum: 0 },
    level: { enum: ['none', 'note', 'warning', 'error'] },
    message,
    locations: { type: 'array', items: location, minItems: 1 },
    partialFingerprints: { type: 'object', additionalProperties: { type: 'string' } },
  },
  ['ruleId', 'message', 'locations'],
);
const rule = object({ id: text, shortDescription: multiformatMessage, help: multiformatMessage }, ['id']);
const run = object(
  {
    tool: object(
      {
        driver: object(
          {
            name: text,
            semanticVersion: {
              type: 'string',
              pattern: '^\\d+\\.\\d+\\.\\d+(?:-[0-9A-Za-z.-]+)?(?:\\+[0-9A-Za-z.-]+)?$',
            },
            rules: { type: 'array', items: rule, uniqueItems: true },
          },
          ['name'],
        ),
      },
      ['driver'],
    ),
    columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
    originalUriBaseIds: { type: 'object', additionalProperties: object({ description: multiformatMessage }) },
    results: { type: 'array', items: result },
    properties: propertyBag,
  },
  ['tool'],
);

export const sarifSchema = object(
  {
    $schema: { type: 'string', format: 'uri' },
    version: { const: '2.1.0' },
    runs: { type: 'array', items: run, minItems: 1 },
  },
  ['version', 'runs'],
);
