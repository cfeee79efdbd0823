/** The people that `roundtable dev` seeds. */
export const demoPeople = [
  { email: 'ada@example.com', name: 'Ada Lovelace', may: 'owner' },
  { email: 'grace@example.com', name: 'Grace Hopper', may: 'writer' },
  { email: 'alan@example.com', name: 'Alan Turing', may: 'reader' },
] as const;
