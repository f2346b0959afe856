//! Weights of the user's own.

use super::*;

pub(super) fn use_weights(path: Option<&str>) -> Job {
    Job::ReadWeights { path: path.map(Into::into), revision: None }
}

/// A network called after its file; one that is called "broken" cannot be read.
pub(super) fn named(path: Option<&Path>) -> Result<Arc<Fake>, String> {
    match path.and_then(Path::to_str) {
        None => Ok(Arc::new(Fake("fake"))),
        Some("long name") => Ok(Arc::new(Fake("long name"))),
        Some(name) => Err(format!("{name}: broken")),
    }
}

#[test]
fn chosen_weights_make_the_groove_anew_and_the_project_remembers_them() {
    let mut instance = instance(named, JangdanParams::default());
    assert!(instance.is_answered());
    let (before, made_by) = (instance.live(), instance.audio.answer().live.identity());

    instance.gui.send(use_weights(Some("nowhere")));
    assert_eq!(result(&instance), JobResult::Failed("nowhere: broken".to_owned()));
    assert_eq!((&*instance.params.weights.get(), instance.live()), (&None, before));

    instance.gui.send(use_weights(Some("long name")));
    assert_eq!(result(&instance), JobResult::Weights("long name".to_owned()));
    assert!(instance.is_answered());
    let other = Score::steady(Fake("long name").pattern(&instance.params.recipe(), 0));
    assert_eq!(instance.live(), other);
    assert_ne!(instance.audio.answer().live.identity(), made_by, "offered as another groove");
    let chosen = ChosenFile { path: "long name".to_owned(), sha256: "long name".to_owned() };
    assert_eq!(*instance.params.weights.get(), Some(chosen));
    assert_eq!(instance.params.groove.get().weights, "long name");

    instance.gui.send(use_weights(None));
    assert_eq!(result(&instance), JobResult::Weights("built in".to_owned()));
    assert!(instance.is_answered());
    assert_eq!(instance.live(), before);
}

#[test]
fn a_project_whose_weights_are_missing_plays_its_patterns_and_says_so() {
    let params = JangdanParams::default();
    let own = Fake("lost").pattern(&params.recipe(), 0);
    params.groove.set(Groove {
        recipe: Some(params.recipe()),
        weights: "lost".to_owned(),
        cycles: vec![own],
        ..Groove::default()
    });
    let chosen = ChosenFile { path: "/lost/drummer.st".to_owned(), sha256: "lost".to_owned() };
    params.weights.set(Some(chosen.clone()));
    let mut instance = instance(named, params);
    assert!(instance.is_answered());
    assert_eq!(instance.live(), Score::steady(own));
    instance.set_seed(9);
    assert!(!instance.is_answered());
    assert_eq!(instance.live(), Score::steady(own));
    assert_eq!(instance.gui.network(), Network::Failed("/lost/drummer.st: broken".to_owned()));
    let info = instance.gui.weights();
    assert_eq!((info.name.as_str(), info.is_built_in()), ("drummer", false));
    assert_eq!(info.trouble.as_deref(), Some("/lost/drummer.st: broken"));
    assert_eq!(*instance.params.weights.get(), Some(chosen), "the project still knows them");
}

#[test]
fn weights_that_have_changed_since_play_but_are_told_of() {
    let params = JangdanParams::default();
    let chosen = ChosenFile { path: "long name".to_owned(), sha256: "older".to_owned() };
    params.weights.set(Some(chosen));
    let mut instance = instance(named, params);
    assert!(instance.is_answered());
    assert!(instance.gui.weights().trouble.is_some());
}
