/** NO5: work that the event loop, or somebody else's code, calls: what it throws must end neither the process nor the work of others. */

/** @param onError told what the work threw */
export function guarded<Of extends unknown[]>(
  work: (...of: Of) => void,
  onError: (error: unknown) => void,
): (...of: Of) => void {
  return (...of) => {
    try {
      work(...of);
    } catch (error) {
      onError(error);
    }
  };
}
