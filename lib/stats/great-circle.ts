const EARTH_RADIUS_KM = 6371
const RADIANS = Math.PI / 180

/**
 * Kilometres between two points on the Earth, in degrees, by the haversine formula on a sphere (within 0.6 % of the ellipsoid). `NaN` where
 * a number is out of range.
 *
 * Source: R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68, 1984.
 */
export function greatCircleKm (latitudeA: number, longitudeA: number, latitudeB: number, longitudeB: number): number {
  if (!(isLatitude(latitudeA) && isLatitude(latitudeB) && isLongitude(longitudeA) && isLongitude(longitudeB))) return NaN
  const north = Math.sin((latitudeB - latitudeA) * RADIANS / 2)
  const east = Math.sin((longitudeB - longitudeA) * RADIANS / 2)
  const h = north * north + Math.cos(latitudeA * RADIANS) * Math.cos(latitudeB * RADIANS) * east * east
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)))
}

function isLatitude (degrees: number): boolean { return degrees >= -90 && degrees <= 90 }
function isLongitude (degrees: number): boolean { return degrees >= -180 && degrees <= 180 }
