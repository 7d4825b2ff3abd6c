import {
  ResponderBuilder,
  ServerInterceptingCall,
  ServerListenerBuilder,
  status,
  type ServerInterceptor,
} from '@grpc/grpc-js';

/**
 * Counts what gRPC itself refuses before a handler is called: messages over the limit (`too_large`), messages it cannot take
 * apart (`malformed`), and calls that end before their message is complete (`half_sent`).
 */
export function countRefusals(refuse: (reason: string) => void): ServerInterceptor {
  return (_method, call) => {
    let isReceived = false;
    let isAnswered = false;
    let isEnded = false;
    const sendStatus = call.sendStatus.bind(call);
    // The call refuses by sending itself a status, which no responder of an interceptor gets to see.
    call.sendStatus = (sent) => {
      if (!isReceived && !isAnswered) {
        refuse(isEnded ? 'half_sent' : sent.code === status.RESOURCE_EXHAUSTED ? 'too_large' : 'malformed');
      }
      isAnswered = true;
      sendStatus(sent);
    };
    const listener = new ServerListenerBuilder()
      .withOnReceiveMessage((message, next) => {
        isReceived = true;
        next(message);
      })
      .withOnReceiveHalfClose((next) => {
        isEnded = true;
        next();
      })
      .withOnCancel(() => {
        if (!isReceived && !isAnswered) refuse('half_sent');
        isAnswered = true;
      })
      .build();
    return new ServerInterceptingCall(call, new ResponderBuilder().withStart((next) => next(listener)).build());
  };
}
