/** The people that `roundtable dev` seeds, and what each may do with the demo diagram. */

export interface DemoPerson {
  email: string;
  name: string;
  may: string;
}

export const demoPeople: readonly DemoPerson[] = [
  { email: 'ada@example.com', name: 'Ada Lovelace', may: 'Owns the demo diagram' },
  { email: 'grace@example.com', name: 'Grace Hopper', may: 'May edit it' },
  { email: 'alan@example.com', name: 'Alan Turing', may: 'May only read it' },
];
