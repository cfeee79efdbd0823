/** What a page is to the one place that shows pages. */

export interface Page {
  /** Shown in the window's title, before the product's name. */
  title: string;
  element: HTMLElement;
  /** Whether it may be left now; one that may not says so to the person itself. */
  mayLeave(): boolean;
  close(): void;
}
