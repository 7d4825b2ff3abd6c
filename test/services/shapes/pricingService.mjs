const toBytes = (value) => Buffer.from(JSON.stringify(value));
const fromBytes = (bytes) => JSON.parse(bytes.toString());
const method = (name, requestStream, responseStream) => ({
  path: `/market.Pricing/${name}`,
  requestStream,
  responseStream,
  requestSerialize: toBytes,
  requestDeserialize: fromBytes,
  responseSerialize: toBytes,
  responseDeserialize: fromBytes,
});

export const pricingService = {
  quote: method('Quote', false, false),
  history: method('History', false, true),
  upload: method('Upload', true, false),
  chat: method('Chat', true, true),
};
