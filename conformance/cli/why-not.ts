// Why a file could not be read or written, in words. In: what Node threw. Out: a part of a sentence.

const words: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is no folder',
  EEXIST: 'there is a file of that name',
  ENOSPC: 'no room is left',
  EROFS: 'nothing can be written there',
};

export function whyNot(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return words[code] ?? message.split('\n')[0] ?? '';
}
