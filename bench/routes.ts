import type { FastifyInstance, FastifyReply } from 'fastify'

/** A constant reply of 1,000 bytes: a heavier handler would flatter every ratio. */
const REPLY = JSON.stringify({ items: [{ id: 1, name: 'x'.repeat(970) }] })

/** The body of an order, as a route schema states it. */
const ORDER_SCHEMA = {
  type: 'object',
  required: ['customer', 'address', 'items'],
  properties: {
    customer: {
      type: 'object',
      properties: { id: { type: 'integer' }, name: { type: 'string' }, email: { type: 'string' }, newsletter: { type: 'boolean' } }
    },
    address: {
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' }, postcode: { type: 'string' }, country: { type: 'string' } }
    },
    items: {
      type: 'array',
      items: { type: 'object', properties: { sku: { type: 'string' }, quantity: { type: 'integer' }, price: { type: 'number' } } }
    },
    coupon: { type: 'null' },
    note: { type: 'string' }
  }
}

/** Seven of ten routes are GET. */
export function isGet (route: number): boolean {
  return route % 10 < 7
}

export function routeUrl (route: number): string {
  return isGet(route) ? `/api/catalogue-${route}/items/:id` : `/api/shop-${route}/orders`
}

/** Declares routes of the mix, by their numbers. */
export function declareRoutes (app: FastifyInstance, routes: readonly number[], config: { anomalies?: false } = {}, handler = answer): void {
  for (const route of routes) {
    if (isGet(route)) app.get(routeUrl(route), { config }, handler)
    else app.post(routeUrl(route), { config, schema: { body: ORDER_SCHEMA } }, handler)
  }
}

function answer (request: unknown, reply: FastifyReply): void {
  reply.type('application/json; charset=utf-8').send(REPLY)
}
