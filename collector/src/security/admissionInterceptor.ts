import {
  Metadata,
  ResponderBuilder,
  ServerInterceptingCall,
  ServerListenerBuilder,
  type ServerInterceptor,
} from '@grpc/grpc-js';
import { encodeStatus, failureOf } from '../receivers/exportStatus.js';
import { admission } from './admission.js';
import { clientOf, type Protection } from './protection.js';

const HEALTH = '/grpc.health.v1.Health/';

/** Lets calls of a server of grpc-js through that may read; health checks always. */
export function admitReaders(protection: Protection, refuse: (reason: string) => void): ServerInterceptor {
  return (method, call) => {
    if (method.path.startsWith(HEALTH)) return new ServerInterceptingCall(call);
    let isRefused = false;
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        const authorization = metadata.get('authorization')[0]?.toString();
        const refusal = admission(protection, authorization, 'read', clientOf(hostOf(call.getPeer())));
        if (!refusal) {
          next(metadata);
          return;
        }
        isRefused = true;
        const failure = failureOf(refusal);
        refuse(failure.reason);
        const trailers = new Metadata();
        trailers.set('grpc-status-details-bin', encodeStatus(failure));
        call.sendStatus({ code: failure.grpcCode, details: failure.message, metadata: trailers });
      })
      .withOnReceiveMessage((message, next) => {
        if (!isRefused) next(message);
      })
      .withOnReceiveHalfClose((next) => {
        if (!isRefused) next();
      })
      .build();
    return new ServerInterceptingCall(call, new ResponderBuilder().withStart((next) => next(listener)).build());
  };
}

/** Of `HOST:PORT`, with or without brackets. */
function hostOf(peer: string): string {
  return peer.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
}
