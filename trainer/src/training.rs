//! Training: settings, run folder, checkpoints, loss, prior, and the training loop.

pub(crate) mod articulations;
pub(crate) mod augment;
pub(crate) mod checkpoint;
pub(crate) mod critic;
pub(crate) mod device;
pub(crate) mod init;
pub(crate) mod interrupt;
pub(crate) mod metrics;
pub(crate) mod objective;
pub(crate) mod prior;
pub(crate) mod progress;
pub(crate) mod run;
pub(crate) mod run_folder;
pub(crate) mod settings;
pub(crate) mod step_model;
pub(crate) mod teacher_forcing;
mod tensorboard;
pub(crate) mod weights;
pub(crate) mod whole_file;
