import { test } from 'tap'
import { Signal } from '../../lib/signal'
import { isMerelyTyped } from '../../lib/typed-credentials'

const kind = { type: 'pattern_mismatch', detector: 'json-schema-learner', describe: () => '' }
const said = (field: string, severity: number, ingredients: string[] | null, length: number): Signal =>
  new Signal(kind, field, severity, 60, undefined, ingredients === null ? length : { ingredients, length })

test('another user or password than others type is no deviation', async (t) => {
  for (const field of ['body.password', 'form.passwd', 'query.pwd', 'body.user.password', 'body.email', 'form.user_name', 'body.login']) {
    for (const ingredients of [['enum'], ['shape', 'shape-exact'], ['charset', 'neighbours'], ['length']]) t.ok(isMerelyTyped(said(field, 6, ingredients, 20)), `${field} ${ingredients.join()}`)
    t.ok(isMerelyTyped(said(field, 3, null, 20)), `${field}, too long or too short`)
  }
  t.ok(isMerelyTyped(said('body.password', 7, ['char'], 20)), 'a password may have any characters')
})

test('what nobody types stands, and all that is about something else', async (t) => {
  t.notOk(isMerelyTyped(said('body.email', 7, ['char', 'enum'], 20)))
  t.notOk(isMerelyTyped(said('body.email', 5, ['length'], 200)))
  t.notOk(isMerelyTyped(said('body.password', 5, null, 5000)))
  t.notOk(isMerelyTyped(said('body.coupon', 6, ['enum'], 5)))
  t.notOk(isMerelyTyped(said('header.authorization', 6, ['enum'], 5)))
  t.notOk(isMerelyTyped(said('login', 6, null, 12)), 'a finding of auth-burst')
  t.notOk(isMerelyTyped(new Signal({ ...kind, type: 'type_mismatch' }, 'body.password', 7, 65, 'string', 'object')))
  t.notOk(isMerelyTyped(new Signal({ ...kind, type: 'sql_injection' }, 'body.email', 8, 90, undefined, { words: 'x' })))
  t.notOk(isMerelyTyped(new Signal(kind, undefined, 8, 90, undefined, undefined)))
})
