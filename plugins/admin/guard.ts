import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'

/**
 * Decides who may use the admin route: a hook as for `onRequest`, with a promise, with `done`, or (with one or two parameters)
 * simply returning. Who is not to get in is replied to, or thrown at.
 */
export type AdminGuard = (this: FastifyInstance, request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction) => unknown

/** Parameters of a hook that ends by calling `done`. One that declares none may do so too (`arguments`, rest parameters). */
const WITH_DONE = 3

/**
 * Runs a guard and calls `pass` at most once: when it has let the request in, or with what it threw. Never where it
 * has replied, even when the reply is still under way, which `reply.sent` does not tell.
 */
export function runGuard (guard: AdminGuard, fastify: FastifyInstance, request: FastifyRequest, reply: FastifyReply, pass: (error?: Error) => void): void {
  const hasReplied = watch(reply)
  let isOver = false
  const done = (error?: unknown): void => {
    if (isOver) return
    isOver = true
    if (hasReplied()) return
    pass(error === undefined || error === null ? undefined : error instanceof Error ? error : new Error('the guard of the admin route failed', { cause: error }))
  }
  try {
    const result = guard.call(fastify, request, reply, done)
    if (isPromise(result)) result.then(() => done(), (error) => done(error ?? new Error('the guard of the admin route failed')))
    else if (guard.length > 0 && guard.length < WITH_DONE) done()
  } catch (error) {
    done(error ?? new Error('the guard of the admin route failed'))
  }
}

/** Notes calls that answer; asking ends the watch. */
function watch (reply: FastifyReply): () => boolean {
  let isCalled = false
  const { send, callNotFound, hijack } = reply
  reply.send = function (payload) {
    isCalled = true
    return send.call(reply, payload)
  }
  reply.callNotFound = function () {
    isCalled = true
    return callNotFound.call(reply)
  }
  reply.hijack = function () {
    isCalled = true
    return hijack.call(reply)
  }
  return () => {
    Object.assign(reply, { send, callNotFound, hijack })
    return isCalled || reply.sent
  }
}

function isPromise (value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function'
}
