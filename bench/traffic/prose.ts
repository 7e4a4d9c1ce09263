import type { LocalePool } from './pools'
import type { Random } from './random'

/** Sentences customers write, with places for an order (#), a thing (*) and a name (@). */
const sentences: Record<string, readonly string[]> = {
  en: ["Hello, my order # hasn't arrived yet.", 'Could you tell me when the * will be back in stock?', 'Thanks a lot!', 'I paid by card (twice?) and got no receipt...', 'The * is broken; the left side came loose after 2 days.',
    'Is it true that you ship to Ireland & Malta?', 'Kind regards, @', "It's great - 10/10, would buy again :)", 'Please select a smaller size from the list and update my order where possible.', 'The size chart says 3 < 4, which is odd.',
    'Price was 49.99 EUR on Monday, now it is 59.99 EUR!', 'Drop me a line at your convenience.', 'I love it; my wife loves it even more.'],
  de: ['Guten Tag, wo bleibt meine Bestellung #?', 'Der Artikel * ist leider beschädigt angekommen.', 'Können Sie mir bitte eine Rechnung schicken?', 'Mit freundlichen Grüßen\r\n@', 'Passt das auch für größere Füße (Gr. 46)?', 'Super Qualität, gerne wieder!', 'Preis/Leistung stimmt.'],
  fr: ["Bonjour, je n'ai toujours pas reçu ma commande #.", "L'article * est arrivé cassé.", "Merci d'avance !", "Est-ce qu'il est disponible en bleu ?", 'Cordialement, @', 'Très bon produit, livraison rapide…', "C'est parfait pour l'hiver."],
  es: ['Hola, ¿cuándo llega mi pedido #?', 'El * no funciona, ¡quiero devolverlo!', 'Muchas gracias.', 'Un saludo, @', 'La talla es más pequeña de lo que esperaba.', 'Relación calidad/precio: excelente.'],
  pl: ['Dzień dobry, kiedy dotrze zamówienie #?', 'Produkt * jest uszkodzony.', 'Dziękuję i pozdrawiam, @', 'Świetna jakość, polecam!', 'Czy można zapłacić przy odbiorze?'],
  pt: ['Olá, meu pedido # ainda não chegou.', 'O produto * veio com defeito.', 'Obrigado, @', 'Ótima qualidade, recomendo!'],
  it: ["Buongiorno, l'ordine # non è ancora arrivato.", 'Il prodotto * è rotto, vorrei un rimborso.', 'Grazie mille, @', "Qualità ottima, l'ho già consigliato."],
  ja: ['注文#はいつ届きますか？', '*の在庫はありますか。', 'よろしくお願いいたします。@', 'とても良い商品でした！'],
  zh: ['您好，我的订单#什么时候发货？', '*有货吗？', '谢谢！@', '质量很好，下次还会买。'],
  ar: ['مرحبا، متى يصل طلبي #؟', 'المنتج * مكسور.', 'شكرا جزيلا، @']
}

/** Free text of `count` sentences or so, in the locale's language (English where there is none). */
export function prose (random: Random, pool: LocalePool, count: number, name: string, thing: string): string {
  const known = sentences[pool.tag.slice(0, 2)] ?? sentences['en'] as readonly string[]
  let out = ''
  for (let i = 0; i < count; i++) {
    const sentence = random.pick(known).replace('#', random.chance(0.8) ? `#${random.between(10_000, 99_999)}` : '').replace('*', thing).replace('@', name)
    out += out === '' ? sentence : random.chance(0.12) ? `\r\n${sentence}` : ` ${sentence}`
  }
  return out
}

const oddSearches = ["o'neill jacket", 'black & decker', '14" frying pan', 'usb-c/usb-a cable', 'kids 4-6 years', "l'oréal", '50% off', 'c++ book', 'tent (2 person)', 'men´s shoes', 'rock n roll', 'tent + mat', 'size 42.5', 'größe xl', '#camping', 'select comfort', 'where the wild things are', 'drop bag', 'table & chairs', 'union jack flag', 'gore-tex®', '€20 gift']

/** What people type into a search box: words of their language, product names, parts of words, the odd symbol. */
export function searchText (random: Random, pool: LocalePool, productName: string): string {
  const draw = random.next()
  if (draw < 0.3) return productName.toLowerCase()
  if (draw < 0.5) return productName.split(' ').slice(-random.between(1, 2)).join(' ')
  if (draw < 0.56) return random.pick(oddSearches)
  if (draw < 0.62) return random.pick(pool.lastNames)
  const words = random.chance(0.6) ? random.pick(pool.nouns) : `${random.pick(pool.nouns)} ${random.pick(pool.nouns)}`
  return random.chance(0.1) ? words.slice(0, Math.max(3, words.length - 2)) : words
}
