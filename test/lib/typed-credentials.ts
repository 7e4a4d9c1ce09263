import { test } from 'tap'
import { Signal } from '../../lib/signal'
import { CONTROL, SYMBOL, symbolMask } from '../../lib/text/value-shape'
import { isMerelyTyped } from '../../lib/typed-credentials'

const kind = { type: 'pattern_mismatch', detector: 'json-schema-learner', describe: () => '' }
const typed = (signal: Signal, userField: string | null = null): boolean => isMerelyTyped(signal, { isLogin: true, userField })
const chosen = (signal: Signal): boolean => isMerelyTyped(signal, { isLogin: false, userField: null })
const said = (field: string, severity: number, ingredients: string[] | null, length: number): Signal =>
  new Signal(kind, field, severity, 60, undefined, ingredients === null ? length : { ingredients, length })

test('another user or password than others type is no deviation', async (t) => {
  for (const field of ['body.password', 'form.passwd', 'query.pwd', 'body.user.password', 'body.email', 'form.user_name', 'body.login']) {
    for (const ingredients of [['enum'], ['shape', 'shape-exact'], ['charset', 'neighbours'], ['length']]) t.ok(typed(said(field, 6, ingredients, 20)), `${field} ${ingredients.join()}`)
    t.ok(typed(said(field, 3, null, 20)), `${field}, too long or too short`)
  }
  const hyphen = new Signal(kind, 'body.email', 6, 60, undefined, { ingredients: ['char'], length: 20, parts: [1, SYMBOL, symbolMask('-'), 0] })
  t.ok(typed(hyphen), 'a hyphen where none was')
  t.notOk(typed(new Signal(kind, 'body.email', 6, 60, undefined, { ingredients: ['char'], length: 20, parts: [1, SYMBOL, symbolMask('\''), 0] })))
  t.ok(typed(said('body.password', 7, ['char'], 20)), 'a password may have any characters')
})

test('what nobody types stands, and all that is about something else', async (t) => {
  t.notOk(typed(said('body.email', 7, ['char', 'enum'], 20)))
  t.notOk(typed(said('body.email', 5, ['length'], 200)))
  t.notOk(typed(said('form.email', 7, ['shape', 'symbol-count'], 20)), 'two @ where all have one')
  t.ok(typed(said('form.email', 5, ['shape', 'symbol-count'], 20)), 'a point more than most')
  t.ok(typed(said('form.password', 7, ['symbol-count'], 20)), 'in a password symbols come as they like')
  t.notOk(typed(said('body.password', 5, null, 5000)))
  const format = (isEnforced: boolean): Signal => new Signal(kind, 'body.email', 6, 65, 'email', { ingredients: [], length: 20, parts: [0, 0, 0, 0], format: 'email', isEnforced })
  t.notOk(typed(format(true)), 'no e-mail address where the share of those is certain')
  t.ok(typed(format(false)), 'but not where it is only likely')
  t.notOk(typed(said('body.coupon', 6, ['enum'], 5)))
  t.ok(typed(said('body.wer', 6, ['enum'], 5), 'wer'), 'but where that is known to be the user')
  t.notOk(typed(said('header.authorization', 6, ['enum'], 5)))
  t.notOk(typed(said('login', 6, null, 12)), 'a finding of auth-burst')
  t.notOk(typed(new Signal({ ...kind, type: 'param_count_anomaly' }, 'form.email', 5, 65, 1, 2)), 'nobody types a field twice')
  t.notOk(typed(new Signal({ ...kind, type: 'type_mismatch' }, 'body.password', 7, 65, 'string', 'object')))
  t.notOk(typed(new Signal({ ...kind, type: 'sql_injection' }, 'body.email', 8, 90, undefined, { words: 'x' })))
  t.notOk(typed(new Signal(kind, undefined, 8, 90, undefined, undefined)))
})

test('a password is one under all its names in a form, and what is merely about passwords is none', async (t) => {
  const odd = (name: string): Signal => new Signal(kind, `form.${name}`, 6, 69, undefined, { ingredients: ['enum'], length: 12, parts: [1, SYMBOL, 0, 0] })
  for (const name of ['new_password', 'passwort_neu', 'password2', 'confirm-password', 'passwordConfirmation', 'user[current_password]', 'pwdA']) t.ok(chosen(odd(name)), name)
  for (const name of ['password_reset_token', 'password_policy', 'pwdlevel', 'boarding_pass', 'passport']) t.notOk(chosen(odd(name)), name)
})

test('a password is what its owner chose, on every route', async (t) => {
  const odd = (field: string, kinds: number, ingredients: string[] = ['char', 'neighbours']): Signal => new Signal(kind, field, 6, 69, undefined, { ingredients, length: 12, parts: [1, kinds, symbolMask('$%'), 0] })
  for (const field of ['form.password', 'body.user.passwd', 'form.user[password]']) t.ok(chosen(odd(field, SYMBOL)), field)
  t.ok(chosen(said('form.pwd', 3, null, 20)))
  t.notOk(chosen(odd('form.password', SYMBOL | CONTROL)))
  t.notOk(chosen(odd('form.pin', SYMBOL, ['numeric'])), 'letters where all others are numbers')
  t.notOk(chosen(said('form.password', 5, null, 5000)))
  t.notOk(chosen(odd('form.email', SYMBOL)), 'users are judged where it is no login')
  t.notOk(chosen(new Signal({ ...kind, type: 'sql_injection' }, 'form.password', 8, 90, undefined, { words: 'x' })))
  t.notOk(chosen(new Signal({ ...kind, type: 'type_mismatch' }, 'body.password', 7, 65, 'string', 'object')))
  t.notOk(chosen(new Signal(kind, undefined, 8, 90, undefined, undefined)))
})
