/** A person as the rest of the program knows them: a profile, and for a caller what their token adds. */
export interface Person {
  /** UUIDv7, the person's id everywhere inside. */
  id: string;
  /** The id in the conversations API. */
  number: number;
  email: string;
  username: string;
  fullName: string | null;
  avatarUrl: string | null;
}

/** Somebody who is calling, with what their verified token says of this call. */
export interface Actor extends Person {
  platformAdmin: boolean;
  /** When the token expires, ms since the epoch. */
  expiresAt: number;
}
