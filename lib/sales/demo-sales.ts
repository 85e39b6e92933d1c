import type { NewSale } from './create'

type DemoItem = NewSale['items'][number]

const product = (
  handle: string,
  file: string,
  title: string,
  variant: string,
  imageAlt: string,
  description: string,
  numbers: { list: number; price: number; allocation: number; limit: number },
): DemoItem => ({
  product: { handle, title, description, image: `/images/products/${file}.svg`, imageAlt },
  variant,
  listPriceMinor: numbers.list,
  priceMinor: numbers.price,
  allocation: numbers.allocation,
  limit: numbers.limit,
})

export type DemoSale = Omit<NewSale, 'opensAt' | 'closesAt'> & {
  /** When it opens and closes, in seconds from the moment it is made. */
  opensAfter: number
  closesAfter: number
}

const rules = { currency: 'EUR', holdSeconds: 300, paySeconds: 600, extensions: 1, demo: true }
const hour = 3_600

/** The sales of the demo shop: one open, one that opens soon after somebody looks, one that is over. */
export const demoSales: DemoSale[] = [
  {
    ...rules,
    slug: 'workshop-drop',
    title: 'The Workshop Drop',
    description:
      'Four things we kept on our own desks for a year before we offered them to anybody. Small runs, each piece numbered, at a price that lasts as long as they do.',
    opensAfter: -60,
    closesAfter: 24 * hour,
    items: [
      product(
        'fieldnote-65',
        'keyboard',
        'Fieldnote 65',
        'Deep teal, tactile',
        'A teal mechanical keyboard with bone keys, a red Esc and a yellow Enter',
        'A 65 % mechanical keyboard in an aluminium case, with switches you can change without solder.',
        { list: 18900, price: 12900, allocation: 500, limit: 2 },
      ),
      product(
        'gooseneck-no-3',
        'kettle',
        'Gooseneck No. 3',
        'Forest green, 0.9 l',
        'A dark green gooseneck kettle with a walnut handle and a thermometer',
        'A pour-over kettle that holds its temperature to the degree and pours as thin as a pencil line.',
        { list: 14900, price: 8900, allocation: 120, limit: 2 },
      ),
      product(
        'halfmoon',
        'desk-lamp',
        'Halfmoon',
        'Clay red',
        'A clay red desk lamp with a jointed arm',
        'A desk lamp with a half-round shade, warm as a candle or bright as noon.',
        { list: 21900, price: 15900, allocation: 40, limit: 1 },
      ),
      product(
        'kiln-mug',
        'mug',
        'Kiln Mug',
        'Speckled sand',
        'A speckled cream mug with a red hoof print',
        'Stoneware, thrown and glazed by hand, and no two alike.',
        { list: 3400, price: 1990, allocation: 1000, limit: 6 },
      ),
    ],
  },
  {
    ...rules,
    slug: 'first-light',
    title: 'First Light',
    description:
      'Made for the hour before everybody else is up: shoes for wet roads, a pack that forgets the rain, and a print to come home to.',
    // Moved to two minutes ahead when the first visitor comes.
    opensAfter: 7 * 24 * hour,
    closesAfter: 7 * 24 * hour + 2 * hour,
    items: [
      product(
        'drift-runner',
        'running-shoe',
        'Drift Runner',
        'EU 42, ember',
        'A cream and blue running shoe with a yellow sole',
        'A light road shoe with a rubber that grips wet asphalt.',
        { list: 15900, price: 9900, allocation: 300, limit: 1 },
      ),
      product(
        'harbour-pack-22',
        'backpack',
        'Harbour Pack 22',
        'Waxed canvas',
        'A blue canvas backpack with tan straps',
        'Twenty-two litres of waxed canvas that the rain runs off.',
        { list: 17900, price: 11900, allocation: 150, limit: 1 },
      ),
      product(
        'stampede-at-dawn',
        'print',
        'Stampede, at Dawn',
        'Risograph, 50 × 70 cm',
        'An art print of a herd running under a red sun',
        'A two-colour risograph print, numbered by hand. Yours is the number you get here.',
        { list: 9000, price: 6500, allocation: 500, limit: 1 },
      ),
    ],
  },
  {
    ...rules,
    slug: 'quiet-hours',
    title: 'Quiet Hours',
    description: 'Headphones for people who like to hear themselves think. This one is over.',
    opensAfter: -26 * hour,
    closesAfter: -2 * hour,
    items: [
      product(
        'hush-over-ear',
        'headphones',
        'Hush Over-Ear',
        'Chalk',
        'Cream headphones with a tan headband',
        'Closed headphones with two days of battery and one button.',
        { list: 29900, price: 19900, allocation: 200, limit: 1 },
      ),
    ],
  },
]
