import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** Hooks that do nothing, by stage: what Fastify itself charges for opening one. The last two are no hooks but ways to learn of an abort. */
export type Stage = 'onRequest' | 'preValidation' | 'preHandler' | 'preSerialization' | 'onSend' | 'onResponse' | 'onRequestAbort' | 'replyClose' | 'socketClose'

const kOpenRequest = Symbol('bench.openRequest')

interface TrackedSocket {
  [kOpenRequest]?: FastifyRequest
}

type Done = () => void

export function addStage (app: FastifyInstance, stage: Stage): void {
  switch (stage) {
    case 'onRequest': app.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: Done) => done()); break
    case 'preValidation': app.addHook('preValidation', (request: FastifyRequest, reply: FastifyReply, done: Done) => done()); break
    case 'preHandler': app.addHook('preHandler', (request: FastifyRequest, reply: FastifyReply, done: Done) => done()); break
    case 'preSerialization': app.addHook('preSerialization', (request, reply, payload, done) => done(null, payload)); break
    case 'onSend': app.addHook('onSend', (request, reply, payload, done) => done(null, payload)); break
    case 'onResponse': app.addHook('onResponse', (request: FastifyRequest, reply: FastifyReply, done: Done) => done()); break
    case 'onRequestAbort': app.addHook('onRequestAbort', (request: FastifyRequest, done: Done) => done()); break
    case 'replyClose': app.addHook('onRequest', listenToReply); break
    case 'socketClose': app.addHook('onRequest', listenToSocketOnce); break
  }
}

/** A listener on every reply, one function for all of them. */
function listenToReply (request: FastifyRequest, reply: FastifyReply, done: Done): void {
  reply.raw.on('close', settleReply)
  done()
}

/** A listener on every socket, added with its first request; the socket remembers which request is open on it. */
function listenToSocketOnce (request: FastifyRequest, reply: FastifyReply, done: Done): void {
  const socket: TrackedSocket = request.raw.socket as TrackedSocket
  if (socket[kOpenRequest] === undefined) request.raw.socket.on('close', settleSocket)
  socket[kOpenRequest] = request
  done()
}

function settleReply (): void {}

function settleSocket (this: TrackedSocket): void {
  delete this[kOpenRequest]
}
