// A file that a user names → a conversation: a fixture, a pcap or a pcapng file.
import { readFileSync } from 'node:fs';
import { UsageError } from '../../reference/cli/usage-error.ts';
import { FixtureError, fixtureMark, parseFixture } from '../replay/parse-fixture.ts';
import { type Imported, importCapture } from '../replay/pcap/import-capture.ts';
import { CaptureError, isCapture } from '../replay/pcap/read-capture.ts';

/** Reads the conversation in a file. Throws UsageError, with file and line where there is one. */
export function readConversation(file: string): Imported {
  const bytes = bytesOf(file);
  try {
    if (isCapture(bytes)) return importCapture(bytes, file);
    const text = bytes.toString('utf8');
    if (text.startsWith(fixtureMark)) return { fixture: parseFixture(text, file), remarks: [] };
  } catch (error) {
    if (error instanceof FixtureError) throw new UsageError(error.message, { cause: error });
    if (error instanceof CaptureError) throw new UsageError(`${file}: ${error.message}`, { cause: error });
    throw error;
  }
  throw new UsageError(
    `${file} is no conversation: expected a fixture (first line "${fixtureMark}"), a pcap or a pcapng file`,
  );
}

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`cannot read ${file}: ${code === 'ENOENT' ? 'there is no such file' : message}`, {
      cause: error,
    });
  }
}
