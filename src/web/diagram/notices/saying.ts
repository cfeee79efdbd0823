/** A sentence for the stack of notices, from anywhere on the page. */
import { createContext, useContext } from 'react';

const SayContext = createContext<(sentence: string) => void>(() => {});

export const SayProvider = SayContext.Provider;

export function useSay(): (sentence: string) => void {
  return useContext(SayContext);
}
