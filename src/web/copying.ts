/** Copies text to the clipboard. @returns whether it was copied; browsers allow it only on secure addresses and localhost */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
