import { test } from 'tap'
import { Season } from '../../lib/stats/season'

const HOUR = 3_600_000
const MONDAY = Date.UTC(2026, 0, 5)

function teach (season: Season, days: number, value: (day: number, hour: number) => number): void {
  for (let hour = 0; hour < days * 24; hour++) season.learn(MONDAY + hour * HOUR, value(Math.floor(hour / 24), hour % 24), HOUR)
}

test('an hour of the day is known after two days, and between hours it goes evenly', (t) => {
  const season = new Season()
  teach(season, 1, (_, hour) => hour)
  t.ok(Number.isNaN(season.at(MONDAY + 26 * HOUR)))
  teach(season, 1, (_, hour) => hour)
  t.equal(season.at(MONDAY + 50.5 * HOUR), 2)
  t.equal(season.at(MONDAY + 51 * HOUR), 2.5)
  t.end()
})

test('after some weeks a day of the week has its own hours', (t) => {
  const season = new Season()
  teach(season, 28, (day) => day % 7 === 6 ? 10 : 100)
  t.ok(season.at(MONDAY + (34 * 24 + 12) * HOUR) < 40, 'Sunday')
  t.ok(season.at(MONDAY + (29 * 24 + 12) * HOUR) > 85, 'Tuesday')
  t.end()
})

test('it goes on from its plain form, also before 1970, and takes no other', (t) => {
  const season = new Season()
  teach(season, 9, (day, hour) => day + hour)
  const copy = new Season()
  copy.restore(JSON.parse(JSON.stringify(season.toJSON())))
  for (let hour = 0; hour < 168; hour++) t.equal(copy.at(hour * HOUR), season.at(hour * HOUR))
  t.equal(season.at(-162 * HOUR), season.at(6 * HOUR), 'a week repeats')
  t.throws(() => copy.restore(season.toJSON().slice(1)), RangeError)
  t.end()
})
