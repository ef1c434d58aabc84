use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// Bytes of the HTTP/2 preface: by then it is known which version a client speaks.
const PREFACE: usize = 24;

/// A stream that breaks off when a client dawdles where the HTTP library has no clock: before the protocol version is
/// known, and while an answer is being written.
pub(super) struct Paced<T> {
    stream: TcpStream,
    /// Runs until the preface has been read.
    first_bytes: Option<Pin<Box<Sleep>>>,
    bytes_read: usize,
    /// Runs while a write waits for the client.
    stalled: Option<Pin<Box<Sleep>>>,
    stall_timeout: Duration,
    /// What the connection counts for, until it ends.
    _counted: T,
}

impl<T> Paced<T> {
    pub(super) fn new(stream: TcpStream, first_bytes_timeout: Duration, stall_timeout: Duration, counted: T) -> Self {
        let first_bytes = Some(Box::pin(sleep(first_bytes_timeout)));
        Self { stream, first_bytes, bytes_read: 0, stalled: None, stall_timeout, _counted: counted }
    }

    /// Passes `written` on; an error instead of waiting when the client has not read for too long.
    fn unless_stalled<W>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<W>>) -> Poll<io::Result<W>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let timeout = self.stall_timeout;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(timeout)));
        match stalled.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(timed_out("the client does not read its answer"))),
            Poll::Pending => Poll::Pending,
        }
    }
}

fn timed_out(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, what)
}

impl<T: Unpin> AsyncRead for Paced<T> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(context, buf);
        let Some(first_bytes) = &mut this.first_bytes else { return read };
        match read {
            Poll::Ready(result) => {
                this.bytes_read += buf.filled().len() - before;
                if this.bytes_read >= PREFACE {
                    this.first_bytes = None;
                }
                Poll::Ready(result)
            }
            Poll::Pending => match first_bytes.as_mut().poll(context) {
                Poll::Ready(()) => Poll::Ready(Err(timed_out("no request arrived"))),
                Poll::Pending => Poll::Pending,
            },
        }
    }
}

impl<T: Unpin> AsyncWrite for Paced<T> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.unless_stalled(context, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(context, slices);
        this.unless_stalled(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.stream).poll_flush(context);
        this.unless_stalled(context, flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
