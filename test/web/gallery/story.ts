/** What the pictures show: people, and a diagram of a shop that takes payments, in both languages. */
import type { Cell } from '../../../src/client/index.ts';
import type { Language } from '../../../src/web/language/language.ts';

/** The demo people of `roundtable dev`, and others. */
export const cast = {
  ada: { email: 'ada@example.com', name: 'Ada Lovelace' },
  grace: { email: 'grace@example.com', name: 'Grace Hopper' },
  alan: { email: 'alan@example.com', name: 'Alan Turing' },
  katherine: { email: 'katherine@example.com', name: 'Katherine Johnson' },
  barbara: { email: 'barbara@example.com', name: 'Barbara Liskov' },
  /** Has nothing, and nobody has shared anything with her. */
  noor: { email: 'noor@example.com', name: 'Noor Inayat' },
} as const;

export type Name = keyof typeof cast;

const texts = {
  en: {
    checkout: 'Checkout',
    login: 'Signing in',
    refunds: 'Refunds',
    warehouse: 'Warehouse',
    payments: 'Payments',
    platform: 'Platform',
    reviewers: 'Reviewers',
    security: 'Security champions',
    customer: 'Customer',
    shop: 'Shop',
    web: 'Web shop',
    pay: 'Checkout',
    orders: 'Orders',
    bank: 'Bank',
    cards: 'Card payments',
    courier: 'Courier',
    browses: 'browses',
    order: 'order',
    save: 'save',
    charge: 'charge card',
    ship: 'ship to',
    note: 'Card numbers never\nreach the shop.',
    asked: 'Does the shop ever see the card number?',
    answered: 'No, the form is the bank’s. I drew the boundary that way.',
    agreed: 'Good. Then only the token is stored with the order.',
    version: 'Before the review',
  },
  pl: {
    checkout: 'Zamówienie',
    login: 'Logowanie',
    refunds: 'Zwroty',
    warehouse: 'Magazyn',
    payments: 'Płatności',
    platform: 'Platforma',
    reviewers: 'Recenzenci',
    security: 'Bezpieczeństwo',
    customer: 'Klientka',
    shop: 'Sklep',
    web: 'Sklep w sieci',
    pay: 'Zamówienie',
    orders: 'Zamówienia',
    bank: 'Bank',
    cards: 'Płatności kartą',
    courier: 'Kurier',
    browses: 'przegląda',
    order: 'zamawia',
    save: 'zapis',
    charge: 'obciążenie karty',
    ship: 'wysyłka',
    note: 'Numery kart nigdy\nnie trafiają do sklepu.',
    asked: 'Czy sklep kiedykolwiek widzi numer karty?',
    answered: 'Nie, formularz należy do banku. Tak poprowadziłam granicę.',
    agreed: 'Dobrze. Przy zamówieniu zostaje więc tylko token.',
    version: 'Przed przeglądem',
  },
} satisfies Record<Language, Record<string, string>>;

export type Story = (typeof texts)['en'] & { cells: Cell[] };

export function storyIn(language: Language): Story {
  const text: (typeof texts)['en'] = texts[language];
  const node = (
    id: string,
    shape: string,
    z: number,
    [x, y, width, height]: number[],
    label: string,
    parent?: string,
  ) => ({ id, shape, x, y, width, height, label, z, ...(parent && { parent }) }) as Cell;
  const flow = (id: string, source: string, target: string, z: number, label: string): Cell => ({
    id,
    shape: 'flow',
    source: { cell: source },
    target: { cell: target },
    label,
    z,
  });
  return {
    ...text,
    cells: [
      node('shop', 'boundary', 1, [280, 40, 480, 380], text.shop),
      node('bank', 'boundary', 2, [880, 40, 260, 180], text.bank),
      node('customer', 'actor', 3, [20, 120, 140, 60], text.customer),
      node('web', 'process', 4, [340, 120, 150, 60], text.web, 'shop'),
      node('pay', 'process', 5, [560, 120, 150, 60], text.pay, 'shop'),
      node('orders', 'store', 6, [560, 300, 150, 60], text.orders, 'shop'),
      node('cards', 'process', 7, [930, 120, 160, 60], text.cards, 'bank'),
      node('courier', 'actor', 8, [940, 300, 140, 60], text.courier),
      node('note', 'text', 9, [320, 310, 180, 50], text.note, 'shop'),
      flow('browses', 'customer', 'web', 10, text.browses),
      flow('order', 'web', 'pay', 11, text.order),
      flow('save', 'pay', 'orders', 12, text.save),
      flow('charge', 'pay', 'cards', 13, text.charge),
      flow('ship', 'orders', 'courier', 14, text.ship),
    ],
  };
}
