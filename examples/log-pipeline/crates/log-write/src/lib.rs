//! Writes Arrow record batches as Parquet.

use std::io::Write;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, GzipLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

/// How the pages of a Parquet file are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Codec {
    /// Not at all.
    None,
    /// Snappy: fast, moderate ratio.
    Snappy,
    /// gzip at level 6: slow, good ratio.
    Gzip,
}

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the Parquet file; is the disk full, and does every batch have the schema of the sink?")]
pub struct WriteError(#[from] ParquetError);

/// A Parquet file in the making.
pub struct ParquetSink<W: Write + Send> {
    writer: ArrowWriter<W>,
}

impl<W: Write + Send> ParquetSink<W> {
    /// Starts a file for batches of this schema.
    ///
    /// # Errors
    /// The schema has no Parquet equivalent, or the output refuses the first bytes.
    pub fn new(output: W, schema: SchemaRef, codec: Codec) -> Result<ParquetSink<W>, WriteError> {
        let compression = match codec {
            Codec::None => Compression::UNCOMPRESSED,
            Codec::Snappy => Compression::SNAPPY,
            Codec::Gzip => Compression::GZIP(GzipLevel::default()),
        };
        let properties = WriterProperties::builder().set_compression(compression).build();
        Ok(ParquetSink { writer: ArrowWriter::try_new(output, schema, Some(properties))? })
    }

    /// Adds a batch.
    ///
    /// # Errors
    /// The batch has another schema, or the output fails.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        Ok(self.writer.write(batch)?)
    }

    /// Writes what is left and the footer, and gives the output back.
    ///
    /// # Errors
    /// The output fails.
    pub fn finish(self) -> Result<W, WriteError> {
        Ok(self.writer.into_inner()?)
    }
}
