import Fastify from 'fastify'
import type { FastifyReply, FastifyRequest } from 'fastify'
import anomalies from '../plugins'

interface LoginBody { email: string, password: string }

async function login (request: FastifyRequest, reply: FastifyReply): Promise<object> {
  const { password } = request.body as LoginBody
  if (password === 'correct horse') return { welcome: true }
  reply.code(401)
  return { welcome: false }
}

async function main (): Promise<void> {
  const app = Fastify()
  await app.register(anomalies, {
    onAnomaly: (event) => console.log(`${event.level} ${event.type} ${event.episode?.state}: ${event.detail}`)
  })

  // #region login
  app.post('/login', {
    config: { anomalies: { authBurst: { user: (request) => request.body?.email } } }
  }, login)
  // #endregion

  const attempt = (email: string, password: string, remoteAddress: string): Promise<unknown> =>
    app.inject({ method: 'POST', url: '/login', payload: { email, password }, remoteAddress })

  // Somebody who has forgotten a password: ordinary.
  for (let i = 0; i < 6; i++) await attempt('bob@example.com', `wrong ${i}`, '192.0.2.1')
  await attempt('bob@example.com', 'correct horse', '192.0.2.1')

  // One address, one common password, many users: spraying. An account of the attacker's own in between hides nothing.
  for (let i = 0; i < 60; i++) {
    await attempt(`user${i}@example.com`, 'summer2026', '203.0.113.9')
    if (i % 4 === 3) await attempt('mallory@example.com', 'correct horse', '203.0.113.9')
  }

  // Many addresses, one user: each of them has failed only once.
  for (let i = 0; i < 40; i++) await attempt('alice@example.com', `guess ${i}`, `198.51.100.${i}`)
  await app.close()
}

main()
