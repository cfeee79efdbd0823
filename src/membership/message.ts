/** A message of a conversation, in no API's spelling. */
export interface MessageView {
  id: number;
  conversation: number;
  /** The author's number. */
  author: number;
  body: string;
  createdAt: Date;
}
