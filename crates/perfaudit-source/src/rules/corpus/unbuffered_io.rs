use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::net::TcpStream;

struct AlertLog {
    file: File,
    buffered: BufWriter<File>,
}

impl AlertLog {
    fn write(&mut self, alerts: &[Alert]) -> std::io::Result<()> {
        for alert in alerts {
            writeln!(self.file, "{} {}", alert.time, alert.name)?; //~ unbuffered-io
        }
        Ok(())
    }

    fn buffered(&mut self, alerts: &[Alert]) -> std::io::Result<()> {
        for alert in alerts {
            writeln!(self.buffered, "{}", alert.name)?;
        }
        Ok(())
    }
}

fn rows(path: &str, rows: &[u32]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    for row in rows {
        file.write_all(row.to_string().as_bytes())?; //~ unbuffered-io
        file.write_all(b"\n")?; //~ unbuffered-io
    }
    Ok(())
}

fn answers(stream: &mut TcpStream, rows: &[u32]) {
    for row in rows {
        write!(stream, "{row};").unwrap(); //~ unbuffered-io
    }
}

fn bytes(path: &str) -> usize {
    let file = File::open(path).unwrap();
    file.bytes().count() //~ unbuffered-io
}

fn numbers(file: &mut File, n: usize) -> u32 {
    let mut sum = 0;
    for _ in 0..n {
        let mut word = [0; 4];
        file.read_exact(&mut [0; 4]).unwrap(); //~ unbuffered-io
        sum += u32::from_le_bytes(word);
    }
    sum
}

fn wrapped(path: &str, rows: &[u32]) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for row in rows {
        writeln!(file, "{row}")?;
    }
    file.flush()
}

// Whole blocks.
fn copied(from: &mut File, to: &mut File) -> std::io::Result<()> {
    let mut block = vec![0; 65536];
    loop {
        let n = from.read(&mut block)?;
        if n == 0 {
            return Ok(());
        }
        to.write_all(&block[..n])?;
    }
}

fn once(path: &str) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    writeln!(file, "done")
}

fn text(rows: &[u32]) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for row in rows {
        write!(out, "{row}").unwrap();
    }
    out
}

fn memory(rows: &[u32]) -> Vec<u8> {
    let mut out = Vec::new();
    for row in rows {
        if *row > 3 {
            out.write_all(b"x").unwrap();
        }
    }
    out
}

fn read(path: &str) -> usize {
    BufReader::new(File::open(path).unwrap()).bytes().count()
}

fn mapped(path: &Path, lines: &[String]) -> Result<(), Failure> {
    let mut file = File::create(path).map_err(Failure::write(path))?;
    for line in lines {
        writeln!(file, "{line}").map_err(Failure::write(path))?; //~ unbuffered-io
    }
    Ok(())
}

// Each file is written once.
fn missing(names: &[String]) -> io::Result<()> {
    for name in names {
        let mut file = File::create(name)?;
        writeln!(file, "# {name}")?;
    }
    Ok(())
}
