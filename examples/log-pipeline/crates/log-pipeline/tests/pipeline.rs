//! The whole way from a generated input to a Parquet file that is read again.

use std::num::NonZeroUsize;
use std::process::{Command, Output};

use bytes::Bytes;
use log_decode::{Compression, Format};
use log_fixtures::{encode, generate};
use log_pipeline::{Options, PipelineError, run};
use log_transform::{Transformer, schema};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;

const SEED: u64 = 17;
const COUNT: usize = 1_500;

fn options(format: Format, compression: Compression, batch_rows: usize) -> Options {
    Options { batch_rows: NonZeroUsize::new(batch_rows).unwrap(), ..Options::new(format, compression) }
}

fn log_pipeline(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_log-pipeline"))
        .args(arguments)
        .env_remove("LOG_PIPELINE_MASK")
        .output()
        .unwrap()
}

#[test]
fn the_file_holds_what_the_records_transform_to() {
    let records = generate(COUNT, SEED);
    let expected = Transformer::new().transform(&records).unwrap().batch;
    for format in [Format::Protobuf, Format::Json] {
        for compression in [Compression::Plain, Compression::Gzip] {
            let input = encode(&records, format, compression);
            let (report, file) = run(&input, &options(format, compression, COUNT), Vec::new(), None).unwrap();
            assert_eq!((report.records, report.volume.total()), (COUNT, COUNT as u64));
            let reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(file)).unwrap();
            assert_eq!(reader.schema().fields(), schema().fields());
            let batches: Vec<_> =
                reader.with_batch_size(COUNT).build().unwrap().map(Result::unwrap).collect();
            assert_eq!(batches, std::slice::from_ref(&expected), "{format:?}, {compression:?}");
        }
    }
}

#[test]
fn the_number_of_rows_in_a_batch_does_not_change_the_rows() {
    let input = encode(&generate(COUNT, SEED), Format::Protobuf, Compression::Plain);
    let rows = |batch_rows| {
        let options = options(Format::Protobuf, Compression::Plain, batch_rows);
        let (_, file) = run(&input, &options, Vec::new(), None).unwrap();
        let reader = SerializedFileReader::new(Bytes::from(file)).unwrap();
        reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect::<Vec<_>>()
    };
    let expected = rows(COUNT);
    assert_eq!(expected.len(), COUNT);
    for batch_rows in [1, 64, 65_536] {
        assert!(rows(batch_rows) == expected, "{batch_rows} rows in a batch");
    }
}

#[test]
fn an_input_that_cannot_be_decoded_says_so() {
    let error =
        run(b"not JSON", &options(Format::Json, Compression::Plain, 64), Vec::new(), None).unwrap_err();
    assert!(matches!(error, PipelineError::Decode(_)), "{error}");
}

#[test]
fn the_command_writes_parquet_and_one_line_for_each_alert() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let (input, output, alerts) = (path("logs.json.gz"), path("logs.parquet"), path("alerts.log"));
    std::fs::write(&input, encode(&generate(COUNT, SEED), Format::Json, Compression::Gzip)).unwrap();

    let done = log_pipeline(&["--alerts", &alerts, &input, &output]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let lines = std::fs::read_to_string(&alerts).unwrap().lines().count();
    assert!(lines > 0);
    assert_eq!(String::from_utf8(done.stdout).unwrap(), format!("{COUNT} records, {lines} alerts\n"));
    let reader = SerializedFileReader::new(std::fs::File::open(&output).unwrap()).unwrap();
    let mut severities = reader.get_row_iter(None).unwrap().map(|row| row.unwrap().get_ubyte(1).unwrap());
    assert_eq!(reader.metadata().file_metadata().num_rows(), COUNT as i64);
    assert!(severities.all(|severity| (1..=21).contains(&severity)));
}

#[test]
fn the_command_explains_what_it_wants_and_what_went_wrong() {
    let usage = log_pipeline(&["only-one"]);
    assert_eq!(usage.status.code(), Some(2));
    assert!(String::from_utf8(usage.stderr).unwrap().starts_with("usage: log-pipeline"));

    let missing = log_pipeline(&["no-such-file.pb", "out.parquet"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8(missing.stderr).unwrap().contains("cannot read no-such-file.pb"));
}
