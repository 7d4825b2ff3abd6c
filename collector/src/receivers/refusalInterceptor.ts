import {
  ResponderBuilder,
  ServerInterceptingCall,
  ServerListenerBuilder,
  status,
  type ServerInterceptor,
} from '@grpc/grpc-js';

const REASON_OF: Partial<Record<status, string>> = {
  [status.RESOURCE_EXHAUSTED]: 'too_large',
  [status.UNIMPLEMENTED]: 'unknown_method',
};

/**
 * Counts what gRPC itself refuses before a handler is called: messages over the limit, methods that do not exist, and calls
 * that end before their message is complete (`half_sent`).
 */
export function countRefusals(refuse: (reason: string) => void): ServerInterceptor {
  return (_method, call) => {
    let received = false;
    let ended = false;
    const listener = new ServerListenerBuilder()
      .withOnReceiveMessage((message, next) => {
        received = true;
        next(message);
      })
      .withOnCancel(() => {
        if (!received && !ended) refuse('half_sent');
        ended = true;
      })
      .build();
    const responder = new ResponderBuilder()
      .withStart((next) => next(listener))
      .withSendStatus((callStatus, next) => {
        if (!received && !ended && callStatus.code !== status.OK) refuse(REASON_OF[callStatus.code] ?? 'malformed');
        ended = true;
        next(callStatus);
      })
      .build();
    return new ServerInterceptingCall(call, responder);
  };
}
