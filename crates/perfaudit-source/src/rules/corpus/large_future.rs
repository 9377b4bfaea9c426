const PAGE: usize = 4096;

async fn copied(mut from: TcpStream, mut to: TcpStream) -> io::Result<()> {
    let mut buffer = [0u8; 64 * 1024]; //~ large-future
    while let n @ 1.. = from.read(&mut buffer).await? {
        to.write_all(&buffer[..n]).await?;
    }
    Ok(())
}

async fn typed(mut from: TcpStream) -> io::Result<usize> {
    let mut buffer: [u64; 4 * PAGE] = [0; 4 * PAGE]; //~ large-future
    from.read_words(&mut buffer).await
}

fn block(from: TcpStream) -> impl Future<Output = usize> {
    async move {
        let mut table = [[0_u16; 256]; 1 << 6]; //~ large-future
        fill(&mut table, from).await;
        table.len()
    }
}

async fn rounds(mut from: TcpStream) -> io::Result<()> {
    loop {
        let mut frame = [0; 0x8000]; //~ large-future
        if from.read(&mut frame).await? == 0 {
            return Ok(());
        }
    }
}

// Few bytes.
async fn small(mut from: TcpStream) -> io::Result<usize> {
    let mut buffer = [0u8; 8 * 1024];
    from.read(&mut buffer).await
}

// On the heap.
async fn boxed(mut from: TcpStream) -> io::Result<usize> {
    let mut buffer = vec![0u8; 64 * 1024];
    let mut other = Box::new([0u8; 64 * 1024]);
    from.read(&mut other).await?;
    from.read(&mut buffer).await
}

// Gone before anything is awaited.
async fn scoped(mut from: TcpStream) -> io::Result<usize> {
    let n = {
        let mut table = [0u8; 64 * 1024];
        fill_now(&mut table)
    };
    from.read_exactly(n).await
}

// Made after the last await.
async fn late(mut from: TcpStream) -> io::Result<usize> {
    let n = from.length().await?;
    let table = [0u8; 64 * 1024];
    Ok(n + sum(&table))
}

// No future.
fn blocking(mut from: File) -> io::Result<usize> {
    let mut buffer = [0u8; 64 * 1024];
    from.read(&mut buffer)
}

// It belongs to the closure, which runs to its end.
async fn elsewhere(from: File) -> io::Result<usize> {
    let done = spawn_blocking(move || {
        let mut buffer = [0u8; 64 * 1024];
        from.read_now(&mut buffer)
    });
    done.await
}

// Awaited by another future than the one that keeps it.
async fn other(from: TcpStream) {
    let table = [7u8; 32 * 1024];
    spawn(async move { pause(from).await });
    keep(sum(&table));
}
